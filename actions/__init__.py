"""What the bot does beyond talking: one action a file. They read and return; they never write."""
