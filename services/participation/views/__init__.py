"""The screens of participation: public ones and the editors' queue."""
