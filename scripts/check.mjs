/** `npm run check`: its parts side by side. */
import { sideBySide } from "./side-by-side.mjs";

const PARTS = ["types", "lint", "spelling", "unused"].map((part) => `check:${part}`);

process.exit(await sideBySide(Object.fromEntries(PARTS.map((part) => [part, ["npm", "run", "--silent", part]]))));
