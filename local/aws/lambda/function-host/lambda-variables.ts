import { parseArn } from "../../arn";
import type { FunctionSettings } from "./function-settings";

/**
 * The variables that a function sees: Lambda's own, then the function's. Nothing of the person's environment gets in.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 */
export function lambdaVariables(
  settings: Pick<
    FunctionSettings,
    "functionName" | "functionArn" | "handler" | "memoryMb" | "environment" | "bundlePath"
  >,
): Record<string, string> {
  const { region } = parseArn(settings.functionArn);
  return {
    _HANDLER: settings.handler,
    AWS_ACCESS_KEY_ID: "local",
    AWS_DEFAULT_REGION: region,
    AWS_EXECUTION_ENV: "AWS_Lambda_nodejs24.x",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(settings.memoryMb),
    AWS_LAMBDA_FUNCTION_NAME: settings.functionName,
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${settings.functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: "local",
    AWS_REGION: region,
    AWS_SECRET_ACCESS_KEY: "local",
    LAMBDA_TASK_ROOT: settings.bundlePath.slice(0, settings.bundlePath.lastIndexOf("/")),
    LANG: "en_US.UTF-8",
    PATH: "/usr/local/bin:/usr/bin:/bin",
    TZ: ":UTC",
    ...settings.environment,
  };
}
