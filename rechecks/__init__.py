"""回头看: outside lists compared with everyone who is paid, findings given to the townships, decided by people."""
