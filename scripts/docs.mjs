import { loadTypeScript, root } from "./load-typescript.mjs";

const { writeGenerated } = loadTypeScript("scripts/docs/generated.ts");
for (const file of await writeGenerated(root)) console.log(`${file}: written`);
