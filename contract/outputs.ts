/** What a deployment prints, by name: for the operator, and for the programs that go on from here. docs/deploy.md shows this table. */
export const OUTPUTS = {
  kinesis_stream_name: "name of the stream",
  kinesis_stream_arn: "ARN of the stream",
  dynamodb_table_name: "name of the hot tier's table",
  s3_bucket_name: "name of the archive bucket",
  lambda_function_name: "name of the processor",
  iot_policy_name: "IoT policy to attach to each device's certificate",
  alarm_topic_arn: "ARN of the alarm topic, for subscribers other than e-mail",
  region: "region of the stack, always sa-east-1",
  iot_endpoint: "host that devices connect to",
  dashboard_url: "URL of the dashboard",
  athena_database: "database of the history",
  athena_workgroup: "Athena workgroup of the history",
  rule_error_log: "log group of messages that the rule could not put into the stream",
  topic_prefix: "levels before `sensor/` in every topic, empty by default",
  watch_table_name: "name of the device watch's table, empty where there are no rules",
  watch_topic_arn: "ARN of the topic of device notices as mail, empty where there are no rules",
  watch_feed_topic_arn: "ARN of the topic of device notices as JSON, empty where there are no rules",
} as const;

/** The name of an output. */
export type OutputName = keyof typeof OUTPUTS;
