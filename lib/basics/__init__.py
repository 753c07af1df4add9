"""The ground floor: what every part of the project may import, and what imports none of them."""
