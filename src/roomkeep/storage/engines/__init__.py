"""The engines, which carry transactions out and know no rule of chat."""
