"""The JSON API: the acts of the inbox for programs, through the same functions of `monitor.stages.review`."""
