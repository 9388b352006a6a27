"""From a cause to a change that was checked; what may be changed is decided here, never by a model."""
