/**
 * The parts of the AWS provider that the stack is made of. The whole provider is 2,400 files more, which Pulumi would load and check at
 * each preview. They are required because they load their resources as they are used: an ES import would take what is there before.
 */
import athena = require("@pulumi/aws/athena");
import cloudwatch = require("@pulumi/aws/cloudwatch");
import dynamodb = require("@pulumi/aws/dynamodb");
import glue = require("@pulumi/aws/glue");
import iam = require("@pulumi/aws/iam");
import iot = require("@pulumi/aws/iot");
import kinesis = require("@pulumi/aws/kinesis");
import lambda = require("@pulumi/aws/lambda");
import s3 = require("@pulumi/aws/s3");
import sns = require("@pulumi/aws/sns");

export { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity.js";
export type * as types from "@pulumi/aws/types";
export { athena, cloudwatch, dynamodb, glue, iam, iot, kinesis, lambda, s3, sns };
