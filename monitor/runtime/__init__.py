"""Who calls the stages, and when: inline (one machine, APScheduler) or, later, a cluster of workers."""
