import parser from "@typescript-eslint/parser";
import jsdoc from "eslint-plugin-jsdoc";
import { constructorLength } from "./scripts/lint/constructor-length.mjs";
import { errorShape } from "./scripts/lint/error-shape.mjs";

/** The project without its tests, scripts and measurements. */
const SOURCES = ["index.ts", "{contract,lib,lambda,stores,watch,local,cli}/**/*.ts"];

/** What Biome has no rule for; everything else is in biome.json. */
export default [
  { ignores: ["dist/", ".local/"] },
  {
    files: ["**/*.ts"],
    languageOptions: { parser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    plugins: { jsdoc, house: { rules: { "constructor-length": constructorLength, "error-shape": errorShape } } },
    settings: { jsdoc: { mode: "typescript" } },
  },
  {
    files: SOURCES,
    rules: {
      // A doc comment on each export, and on each field of a component's arguments.
      "jsdoc/require-jsdoc": [
        "error",
        {
          enableFixer: false,
          require: { FunctionDeclaration: false },
          contexts: [
            "ExportNamedDeclaration[declaration]",
            "TSInterfaceDeclaration[id.name=/Args$/] TSPropertySignature",
          ],
        },
      ],
      "jsdoc/require-throws": ["error", { contexts: ["ExportNamedDeclaration > FunctionDeclaration"] }],
      "house/error-shape": "error",
      "max-lines-per-function": ["error", 60],
      "house/constructor-length": ["error", 45],
    },
  },
  {
    files: [...SOURCES, "test/**/*.ts"],
    rules: {
      // One kind of privacy, which holds at run time too. A constructor has no other than TypeScript's.
      "no-restricted-syntax": [
        "error",
        {
          selector:
            ":matches(PropertyDefinition, TSParameterProperty, MethodDefinition[kind!='constructor'])[accessibility]",
          message:
            "What a class keeps to itself must be a # member, got an accessibility modifier; a public member needs none.",
        },
      ],
    },
  },
];
