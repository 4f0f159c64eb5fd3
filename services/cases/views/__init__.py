"""The screens of the room: applying, following a case, the own page, the clerks' desk."""
