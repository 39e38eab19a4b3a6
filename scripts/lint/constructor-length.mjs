/**
 * Longest constructor, in lines with its signature. ESLint's own rule for functions has one limit for all of them.
 * @type {import("eslint").Rule.RuleModule}
 */
export const constructorLength = {
  meta: {
    type: "suggestion",
    schema: [{ type: "integer", minimum: 1 }],
    messages: { long: "A constructor has at most {{limit}} lines, got {{lines}}." },
  },
  create: (context) => ({
    MethodDefinition(node) {
      if (node.kind !== "constructor" || !node.loc) return;
      const [limit] = context.options;
      const lines = node.loc.end.line - node.loc.start.line + 1;
      if (lines > limit) context.report({ node, loc: node.loc.start, messageId: "long", data: { limit, lines } });
    },
  }),
};
