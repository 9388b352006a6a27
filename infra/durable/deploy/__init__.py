"""The role with which a pipeline deploys: who may take it, what it may do, and how far the roles that it makes may go."""
