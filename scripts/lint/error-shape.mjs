/** @typedef {Exclude<NonNullable<Parameters<import("eslint").SourceCode["getText"]>[0]>, import("eslint").AST.Token>} Node */

/** Errors that are worded here. Others (KinesisError, IotError, RuntimeError) repeat what AWS says. */
const OURS = /^((Range|Type)?Error)$|(UsageError|InputPropertyError|Unsupported\w+Error)$/;
/** Stands for what is put in at run time. */
const VALUE = "\0";

/**
 * What a message may not be, and what it should be instead. The first that holds is reported.
 * @type {readonly (readonly [RegExp, string])[]}
 */
const FAULTS = [
  [/^[^A-Z"\0]/, "starts with a capital letter or a quoted key"],
  [/[.!]$/, 'ends without "." or "!"'],
  [/\b(but|instead) (got|was|is)\b|\breceived\b|, (it )?(is|was) (none|not)\b/, 'says what it got: ", got VALUE"'],
  [/^"[^"]*" must (?!.*, got )/s, 'goes on with ", got VALUE": "key" must be RULE, got VALUE'],
  [/(?<!\. )\bfix: |\. fix: |(?<!\. )(?<!^)\bFix: /, 'announces the fix with ". Fix: "'],
];

/**
 * One shape for what the project's own errors say: `"key" must be RULE, got VALUE. Fix: COMMAND`, or a sentence without its full
 * stop. Only what is written in the call is looked at.
 * @type {import("eslint").Rule.RuleModule}
 */
export const errorShape = {
  meta: { type: "suggestion", schema: [], messages: { shape: "An error's message {{rule}}." } },
  create: (context) => ({
    NewExpression({ callee, arguments: [first] }) {
      const name = nameOf(callee);
      if (first === undefined || !OURS.test(name)) return;
      const node = name === "InputPropertyError" ? propertyOf(first, "reason") : first;
      const text = node && textOf(node);
      const fault = text && FAULTS.find(([pattern]) => pattern.test(text));
      if (node && fault) context.report({ node, messageId: "shape", data: { rule: fault[1] } });
    },
  }),
};

/** @param {Node} callee */
function nameOf(callee) {
  const last = callee.type === "MemberExpression" ? callee.property : callee;
  return last.type === "Identifier" ? last.name : "";
}

/**
 * The message as far as it is written there; undefined where it is made elsewhere.
 * @param {Node} node
 */
function textOf(node) {
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : undefined;
  if (node.type === "TemplateLiteral") return node.quasis.map(({ value }) => value.cooked).join(VALUE);
  return undefined;
}

/**
 * @param {Node} node
 * @param {string} name
 */
function propertyOf(node, name) {
  if (node.type !== "ObjectExpression") return undefined;
  const found = node.properties.find(
    (each) => each.type === "Property" && each.key.type === "Identifier" && each.key.name === name,
  );
  return found?.type === "Property" ? found.value : undefined;
}
