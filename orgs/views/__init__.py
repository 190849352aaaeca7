"""Pages of the room: bodies and certificates, acts of registration, yearly inspection, and the public register."""
