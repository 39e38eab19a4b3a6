/** What a deployment prints, by name: for the operator, and for the programs that go on from here. README's table has the same words. */
export const OUTPUTS = {
  kinesis_stream_name: "the stream",
  kinesis_stream_arn: "the stream",
  dynamodb_table_name: "the hot tier",
  s3_bucket_name: "the archive bucket",
  lambda_function_name: "the processor",
  iot_policy_name: "the policy to attach to each device's certificate",
  alarm_topic_arn: "where alarms go; subscribe whatever else should hear them",
  region: "sa-east-1",
  iot_endpoint: "the host that devices connect to",
  dashboard_url: "the dashboard",
  athena_database: "where the history is asked",
  athena_workgroup: "where the history is asked",
  rule_error_log: "the log group of messages that the rule could not put into the stream",
  topic_prefix: "the levels before `sensor/` in every topic, empty where there are none",
} as const;

/** The name of an output. */
export type OutputName = keyof typeof OUTPUTS;
