import * as pulumi from "@pulumi/pulumi";
import * as aws from "./aws";
import type { StackConfig } from "./config";
import { type Environment, tagsOf } from "./environment";
import { type FunctionName, functionBundles } from "./function-bundle";
import { logGroup } from "./log-group";
import { policyDocument, policyText, type Statement, trustPolicy } from "./policy-document";
import { serviceRole } from "./service-role";

/** Arguments of `NodeFunction`. */
export interface NodeFunctionArgs {
  /** Where the stack is deployed, and its physical names. */
  readonly environment: Environment;
  /** Keys of the configuration that this part reads. */
  readonly config: Pick<StackConfig, "logRetentionDays">;
  /** Which of the project's functions this is. */
  readonly bundle: FunctionName;
  /** Texts that are uploaded beside the bundle, by file name. @default none */
  readonly files?: Readonly<Record<string, string>>;
  /** Physical name; the log group is `/aws/lambda/<functionName>`. */
  readonly functionName: string;
  /** Physical name of the role. */
  readonly roleName: string;
  /** What the function is called in the tags of its log group and role, such as "the processor". */
  readonly title: string;
  /** One sentence, as the console shows it. */
  readonly description: string;
  /** The function's `Purpose` tag. */
  readonly purpose: string;
  /** Memory in MB, 128 to 10,240; the share of a processor grows with it. */
  readonly memoryMb: number;
  /** Longest invocation in seconds, 1 to 900. */
  readonly timeoutSeconds: number;
  /** Concurrent invocations reserved for the function. @default undefined, which reserves none */
  readonly reservedConcurrency?: number | undefined;
  /** Environment variables by name, at most 4 KB in total. AWS_REGION is reserved by Lambda: setting it makes the deployment fail. */
  readonly variables: Readonly<Record<string, pulumi.Input<string>>>;
  /** Name of the inline policy within the role. */
  readonly policyName: string;
  /** What the function may do beside writing its own log. @default nothing */
  readonly permissions?: pulumi.Input<readonly Statement[]>;
  /** Logical name of the function. @default `<name>-function` */
  readonly logicalName?: string;
  /** The component that the resources belonged to before this one existed; their aliases lead to it. @default none */
  readonly formerParent?: pulumi.Resource;
}

/** A function of this project on Node.js: its log group, its role and its code. */
export class NodeFunction extends pulumi.ComponentResource {
  readonly function: aws.lambda.Function;
  /** Must exist before anything calls the function. */
  readonly rolePolicy: aws.iam.RolePolicy;

  constructor(name: string, args: NodeFunctionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("iot:index:NodeFunction", name, {}, opts);
    const { environment, functionName, title, permissions = [], logicalName = `${name}-function` } = args;
    const childOptions = { parent: this, ...formerParentAlias(args.formerParent) };
    const log = logGroup(
      `${name}-log`,
      {
        environment,
        logGroupName: `/aws/lambda/${functionName}`,
        retentionDays: args.config.logRetentionDays,
        purpose: `Log of ${title}`,
      },
      childOptions,
    );
    const { role, rolePolicy } = serviceRole(
      `${name}-role`,
      {
        environment,
        roleName: args.roleName,
        purpose: `What ${title} may do`,
        trust: JSON.stringify(trustPolicy("lambda.amazonaws.com")),
        policyName: args.policyName,
        policy: policyText({ permissions, logArn: log.arn }, (known) =>
          policyDocument(...known.permissions, writeLog(known.logArn)),
        ),
      },
      childOptions,
    );
    this.rolePolicy = rolePolicy;
    this.function = new aws.lambda.Function(
      logicalName,
      { ...functionSettings(args), role: role.arn, tags: tagsOf(environment, functionName, args.purpose) },
      // Without its log group the function would create one that never expires.
      { ...childOptions, dependsOn: [log, rolePolicy] },
    );
    this.registerOutputs({ functionName: this.function.name });
  }
}

/** A deployed stack is upgraded in place: the engine finds each resource under its former parent. */
function formerParentAlias(parent: pulumi.Resource | undefined): { aliases?: pulumi.Alias[] } {
  return parent === undefined ? {} : { aliases: [{ parent }] };
}

function functionSettings(args: NodeFunctionArgs): Omit<aws.lambda.FunctionArgs, "role"> {
  const { bundle, files = {}, reservedConcurrency } = args;
  const assets = { "index.js": functionBundles()[bundle].code, ...files };
  return {
    name: args.functionName,
    description: args.description,
    runtime: "nodejs24.x",
    architectures: ["arm64"],
    handler: "index.handler",
    code: new pulumi.asset.AssetArchive(
      Object.fromEntries(Object.entries(assets).map(([file, text]) => [file, new pulumi.asset.StringAsset(text)])),
    ),
    memorySize: args.memoryMb,
    timeout: args.timeoutSeconds,
    ...(reservedConcurrency === undefined ? {} : { reservedConcurrentExecutions: reservedConcurrency }),
    environment: { variables: args.variables },
  };
}

function writeLog(logArn: string): Statement {
  return {
    Sid: "WriteLog",
    Effect: "Allow",
    Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
    Resource: `${logArn}:*`,
  };
}
