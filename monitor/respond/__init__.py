"""How a reply is written: moves, the brand's voice, platform lengths, lint. Pure: no store, no clock."""
