"""The writes of mediation, all or nothing: lock the matter, then the dispute; enter, check, change, record, note."""
