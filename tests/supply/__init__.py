"""What travels with a release and is not ours: its lock, its licences, its bill of materials, its audit."""
