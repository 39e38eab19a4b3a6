import { writeFileSync } from "node:fs";
import path from "node:path";
import type * as pulumi from "@pulumi/pulumi";
import { wordsOf } from "../../contract/error-words";
import { useFunctionBundles } from "../../lib/function-bundle";
import { readDeclaration } from "./declaration";
import type { DeclareAnswer, DeclareJob } from "./declare-job";
import { declareStack } from "./declare-stack";
import { writeFunctionFiles } from "./function-files";
import { readBundles } from "./kept-bundles";
import type { RecordedResource, Recording } from "./recording";

/** What the functions were bundled to: it is built with this program, of the same sources. */
const BUNDLES = path.join(path.dirname(process.argv[1] ?? ""), "bundles.json");

/** Declares the stack for its parent, writes the functions' code, and ends. */
async function declare({ config, stack, files }: DeclareJob): Promise<DeclareAnswer> {
  try {
    const bundles = readBundles(BUNDLES);
    if (bundles) useFunctionBundles(bundles);
    const recording = await declareStack(config, stack);
    const declaration = readDeclaration(recording);
    const { processor, archiveTransform } = declaration;
    writeFileSync(files.processor, await codeOf(recording, processor.arn));
    if (archiveTransform) writeFileSync(files.archiveTransform, await codeOf(recording, archiveTransform.arn));
    for (const part of ["watch", "sweep"] as const)
      if (declaration.deviceWatch)
        await writeFunctionFiles(recording, declaration.deviceWatch[part].name, files.deviceWatch[part]);
    return { declaration, all: recording.all.map(withoutCode), outputs: recording.outputs };
  } catch (error) {
    return { problem: wordsOf(error) };
  }
}

/** The file of the function's archive that has its handler. */
async function codeOf({ all }: Recording, arn: string): Promise<string> {
  const { code } = all.find(({ state }) => state.arn === arn)?.inputs ?? {};
  const assets = await (code as pulumi.asset.AssetArchive).assets;
  return await (assets["index.js"] as pulumi.asset.StringAsset).text;
}

function withoutCode(resource: RecordedResource): RecordedResource {
  const { code: _input, ...inputs } = resource.inputs;
  const { code: _state, ...state } = resource.state;
  return { ...resource, inputs, state };
}

process.on("disconnect", () => process.exit());
process.once("message", async (job: DeclareJob) => {
  const answer = await declare(job);
  process.send?.(answer, () => process.exit());
});
