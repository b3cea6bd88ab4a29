"""Payment records off the machine: encrypted one by one, every day, to Firebase or a folder."""
