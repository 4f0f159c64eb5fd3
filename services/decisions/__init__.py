"""Rules over facts: outcome, reasons, trace."""
