import { loadTypeScript, root } from "./load-typescript.mjs";

loadTypeScript("test/engine/deploy-check.ts").run(root);
