"""What we add to Rasa: the gateway's channel, the sentence encoder, the classifier, the stores."""
