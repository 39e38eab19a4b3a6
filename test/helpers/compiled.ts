import path from "node:path";

/** The folder of what Node.js has compiled in this test run, for NODE_COMPILE_CACHE of the processes that suites start. */
export const COMPILED = path.join(process.env.TEST_RUN_FOLDER ?? "", "compiled");
