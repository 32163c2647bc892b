"""A user model as projects write them: no user names, people are called by their addresses; and one whose ids are UUIDs."""
