"""Published: the audit packet, one file of which every byte is proven by itself and one public key."""
