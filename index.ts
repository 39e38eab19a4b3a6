import { readConfig } from "./lib/read-config";
import { TapStack } from "./lib/tap-stack";

const stack = new TapStack("iot", { config: readConfig() });

export const kinesis_stream_name = stack.outputs.kinesis_stream_name;
export const kinesis_stream_arn = stack.outputs.kinesis_stream_arn;
export const dynamodb_table_name = stack.outputs.dynamodb_table_name;
export const s3_bucket_name = stack.outputs.s3_bucket_name;
export const lambda_function_name = stack.outputs.lambda_function_name;
export const iot_policy_name = stack.outputs.iot_policy_name;
export const alarm_topic_arn = stack.outputs.alarm_topic_arn;
export const region = stack.outputs.region;
export const iot_endpoint = stack.outputs.iot_endpoint;
export const dashboard_url = stack.outputs.dashboard_url;
