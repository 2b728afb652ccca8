"""What mail logs tell, in every form it is told in."""
