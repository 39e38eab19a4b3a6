/** What somebody asks to do. */
export interface PolicyRequest {
  /** Such as `iot:Publish`. */
  readonly action: string;
  /** The resource's ARN. */
  readonly resource: string;
  /** Values of condition keys and policy variables, such as `iot:Connection.Thing.ThingName`. */
  readonly context?: Readonly<Record<string, string>>;
  /** The caller; needed if a document has principals. */
  readonly principal?: { readonly type: "AWS" | "Service"; readonly id: string };
}

/** Allowed, refused by a statement, or refused because no statement allows it. */
export type Decision = "allow" | "explicitDeny" | "implicitDeny";

/** Something in a policy that this evaluator does not know. It is never ignored: it could mean anything. */
export class UnsupportedPolicyError extends Error {}

/**
 * Decides as AWS documents it: an explicit deny wins, an allow is needed, all else is refused.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 * @param documents Policy documents as JSON texts.
 * @throws UnsupportedPolicyError for an element, operator or variable that it does not know, in whichever statement.
 */
export function evaluatePolicy(documents: readonly string[], request: PolicyRequest): Decision {
  const effects = documents
    .flatMap((text) => parse(text))
    .filter((statement) => matches(statement, request))
    .map((statement) => statement.effect);
  if (effects.includes("Deny")) return "explicitDeny";
  return effects.includes("Allow") ? "allow" : "implicitDeny";
}

interface Statement {
  readonly effect: "Allow" | "Deny";
  readonly actions: readonly Pattern[];
  /** Undefined in a role's trust policy, which is about the role itself. */
  readonly resources: readonly Pattern[] | undefined;
  readonly principals: Principals | undefined;
  readonly conditions: readonly Condition[];
}

type Principals = "*" | { readonly [Type in "AWS" | "Service"]?: readonly string[] };

/** Whether a text matches, given the request's context. */
type Pattern = (text: string, context: Readonly<Record<string, string>>) => boolean;

interface Condition {
  readonly key: string;
  readonly test: Pattern;
}

/** Compiled policies: there are few, and each is asked a thousand times per second. */
const parsed = new Map<string, readonly Statement[]>();

function parse(text: string): readonly Statement[] {
  let statements = parsed.get(text);
  if (statements === undefined) {
    const { Version, Statement, ...others } = JSON.parse(text) as Record<string, unknown>;
    refuseOthers("element", others);
    // Variables are text in the older version: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
    if (Version !== "2012-10-17")
      throw new UnsupportedPolicyError(`"Version" must be "2012-10-17", got ${JSON.stringify(Version)}`);
    statements = listOf(Statement).map((statement) => parseStatement(statement as Record<string, unknown>));
    parsed.set(text, statements);
  }
  return statements;
}

function parseStatement(statement: Record<string, unknown>): Statement {
  const { Sid: _sid, Effect, Action, Resource, Principal, Condition, ...others } = statement;
  refuseOthers("element", others);
  if (Effect !== "Allow" && Effect !== "Deny")
    throw new UnsupportedPolicyError(`"Effect" must be "Allow" or "Deny", got ${JSON.stringify(Effect)}`);
  return {
    effect: Effect,
    // Actions are not case-sensitive: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
    actions: texts("Action", Action).map((action) => wildcard(action.toLowerCase())),
    resources: Resource === undefined ? undefined : texts("Resource", Resource).map(wildcard),
    principals: Principal === undefined ? undefined : parsePrincipals(Principal),
    conditions: parseConditions(Condition),
  };
}

function parsePrincipals(principal: unknown): Principals {
  if (principal === "*") return "*";
  const { AWS, Service, ...others } = principal as Record<string, unknown>;
  refuseOthers("principal", others);
  return {
    ...(AWS === undefined ? {} : { AWS: texts("AWS", AWS) }),
    ...(Service === undefined ? {} : { Service: texts("Service", Service) }),
  };
}

/** The operators that this project's policies use. Values of one key are alternatives, keys and operators must all match. */
const OPERATORS: Readonly<Record<string, (wanted: string) => Pattern>> = {
  Bool: (wanted) => (text) => text.toLowerCase() === wanted.toLowerCase(),
  StringEquals: (wanted) => literal(wanted),
  StringLike: (wanted) => wildcard(wanted),
  // Each of the six parts is matched by itself: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
  ArnLike: (wanted) => arn(wanted),
  ArnEquals: (wanted) => arn(wanted),
};

function parseConditions(conditions: unknown): readonly Condition[] {
  return Object.entries((conditions ?? {}) as Record<string, Record<string, unknown>>).flatMap(([name, keys]) => {
    const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
    if (!operator)
      throw new UnsupportedPolicyError(
        `The condition operator must be one of ${Object.keys(OPERATORS).join(", ")} here, got "${name}"`,
      );
    return Object.entries(keys).map(([key, values]): Condition => {
      const tests = texts(key, values).map(operator);
      return { key, test: (text, context) => tests.some((test) => test(text, context)) };
    });
  });
}

function matches({ actions, resources, principals, conditions }: Statement, request: PolicyRequest): boolean {
  const context = request.context ?? {};
  return (
    actions.some((action) => action(request.action.toLowerCase(), context)) &&
    (resources === undefined || resources.some((resource) => resource(request.resource, context))) &&
    (principals === undefined || isPrincipal(principals, request.principal)) &&
    conditions.every(({ key, test }) => {
      const value = contextValue(context, key);
      // A key that the request does not have makes the condition false.
      return value !== undefined && test(value, context);
    })
  );
}

function isPrincipal(principals: Principals, principal: PolicyRequest["principal"]): boolean {
  if (principals === "*") return true;
  if (principal === undefined) return false;
  const named = principals[principal.type] ?? [];
  return named.includes("*") || named.includes(principal.id);
}

/** Variables that these policies may use. A key that is not here is refused, not left as text. */
const VARIABLES = ["iot:Connection.Thing.ThingName", "iot:ClientId", "aws:PrincipalAccount", "aws:SourceAccount"];

/** `*` is any text, `?` any one character, and `${key}` the request's value, in which neither has a meaning. */
function wildcard(pattern: string): Pattern {
  return compile(pattern, (character) =>
    character === "*" ? "[^]*" : character === "?" ? "[^]" : escapeSource(character),
  );
}

/** Only variables have a meaning. */
function literal(text: string): Pattern {
  return compile(text, escapeSource);
}

function compile(pattern: string, toSource: (character: string) => string): Pattern {
  const parts = pattern.split(/(\$\{[^}]*\})/).map((part) => variable(part) ?? [...part].map(toSource).join(""));
  if (parts.every((part) => typeof part === "string")) {
    const fixed = new RegExp(`^${parts.join("")}$`, "u");
    return (text) => fixed.test(text);
  }
  return (text, context) => {
    const source = parts.map((part) => (typeof part === "string" ? part : boundValue(context, part.key)));
    // A variable without a value makes the statement match nothing.
    if (source.includes(undefined)) return false;
    return new RegExp(`^${source.join("")}$`, "u").test(text);
  };
}

/** A variable's key, the source of an escaped character such as `${*}`, or undefined for plain text. */
function variable(part: string): { readonly key: string } | string | undefined {
  const inner = /^\$\{([^}]*)\}$/.exec(part)?.[1];
  if (inner === undefined) return undefined;
  if (["*", "?", "$"].includes(inner)) return escapeSource(inner);
  // An action is compared in lower case, and so is a key.
  const key = VARIABLES.find((known) => known.toLowerCase() === inner.toLowerCase());
  if (key === undefined)
    throw new UnsupportedPolicyError(
      `The policy variable must be one of ${VARIABLES.join(", ")} here, got "\${${inner}}"`,
    );
  return { key };
}

/** Keys are not case-sensitive: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html */
function contextValue(context: Readonly<Record<string, string>>, key: string): string | undefined {
  const wanted = key.toLowerCase();
  return Object.entries(context).find(([name]) => name.toLowerCase() === wanted)?.[1];
}

function boundValue(context: Readonly<Record<string, string>>, key: string): string | undefined {
  const value = contextValue(context, key);
  return value === undefined ? undefined : [...value].map(escapeSource).join("");
}

function arn(pattern: string): Pattern {
  const wanted = sixParts(pattern).map(wildcard);
  return (text, context) => {
    const parts = sixParts(text);
    return parts.length === wanted.length && wanted.every((part, i) => part(parts[i] ?? "", context));
  };
}

/** The parts of an ARN; colons behind the fifth belong to the resource. */
function sixParts(text: string): string[] {
  const parts = text.split(":");
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(":")];
}

function escapeSource(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, (character) => (character === "-" ? "\\x2d" : `\\${character}`));
}

function texts(element: string, value: unknown): readonly string[] {
  const list = listOf(value);
  if (list.length > 0 && list.every((entry) => typeof entry === "string")) return list;
  throw new UnsupportedPolicyError(`"${element}" must be a string or a list of strings, got ${JSON.stringify(value)}`);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [value];
}

function refuseOthers(kind: string, others: Readonly<Record<string, unknown>>): void {
  const [first] = Object.keys(others);
  if (first !== undefined)
    throw new UnsupportedPolicyError(`The policy ${kind} must be one that is known here, got "${first}"`);
}
