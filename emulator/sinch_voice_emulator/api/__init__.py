"""HTTP in: the Calling API, the configuration API and the control API as Flask blueprints."""
