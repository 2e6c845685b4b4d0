"""Views: they show the state and start effects; nothing else."""
