"""The web app: state, effects and views."""
