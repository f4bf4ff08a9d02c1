"""The use cases of central, one verb a module; time and author are always arguments."""
