"""Public threads, taken private: acknowledged where others read, answered where nobody does."""
