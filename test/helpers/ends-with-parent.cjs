/** Loaded first by each process of suites: one that its parent has left, as at a Ctrl-C, ends, and with it the runs that its suites have started. */
process.on("disconnect", () => process.exit());
