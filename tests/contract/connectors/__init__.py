"""What every connector must do, whatever its platform. A connector joins with one file in `fixtures`."""
