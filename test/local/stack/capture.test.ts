import { getRegionsOutput } from "@pulumi/aws/getRegions";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import * as aws from "../../../lib/aws";
import { record } from "../../../local/stack/capture";

const STREAM = "aws:kinesis/stream:Stream";
const TOPIC = "aws:sns/topic:Topic";

class Part extends pulumi.ComponentResource {
  constructor(name: string) {
    super("test:index:Part", name);
    new aws.sns.Topic(`${name}-topic`, { name: "t" }, { parent: this });
  }
}

describe("record", () => {
  it("notes what was declared, and what AWS would compute of it", async () => {
    const recording = await record(() => {
      new aws.kinesis.Stream("s", { name: "readings", shardCount: 1 }, { protect: true });
    });
    expect(recording.all).toEqual([
      {
        type: STREAM,
        name: "s",
        urn: `urn:pulumi:dev::industrial-iot-monitoring::${STREAM}::s`,
        id: "s",
        inputs: { name: "readings", shardCount: 1 },
        state: { name: "readings", shardCount: 1, arn: "arn:aws:kinesis:sa-east-1:123456789012:stream/readings" },
        protect: true,
        dependencies: [],
      },
    ]);
  });

  it("resolves the outputs that one resource takes from another", async () => {
    const recording = await record(() => {
      const topic = new aws.sns.Topic("t", { name: "alarms" });
      new aws.sns.TopicSubscription("s", { topic: topic.arn, protocol: "email", endpoint: "a@example.com" });
    });
    const subscription = recording.only("aws:sns/topicSubscription:TopicSubscription");
    expect(subscription.inputs.topic).toBe("arn:aws:sns:sa-east-1:123456789012:alarms");
    expect(subscription.dependencies).toEqual([recording.only(TOPIC).urn]);
  });

  it("waits for resources that are declared late", async () => {
    const recording = await record(() => {
      const topic = new aws.sns.Topic("first", { name: "1" });
      topic.arn.apply(() => {
        const second = new aws.sns.Topic("second", { name: "2" });
        second.arn.apply(() => new aws.sns.Topic("third", { name: "3" }));
      });
    });
    expect(recording.ofType(TOPIC).map(({ name }) => name)).toEqual(["first", "second", "third"]);
  });

  it("knows which component a resource is part of", async () => {
    const recording = await record(() => {
      new Part("p");
    });
    expect(recording.only(TOPIC).parent).toBe("test:index:Part");
    expect(recording.only("test:index:Part")).not.toHaveProperty("parent");
  });

  it("hands over the configuration as Pulumi does, and one recording knows nothing of the last", async () => {
    const seen: unknown[] = [];
    const look = () => {
      const config = new pulumi.Config();
      seen.push(config.get("a"), config.getObject("b"), new pulumi.Config("aws").get("region"), pulumi.getStack());
    };
    await record(look, { config: { a: "x", b: [1], "aws:region": "sa-west-1" }, stack: "prod" });
    await record(look);
    expect(seen).toEqual(["x", [1], "sa-west-1", "prod", undefined, undefined, "sa-east-1", "dev"]);
  });

  it("puts the account into what AWS computes", async () => {
    const declare = () => {
      const account = aws.getCallerIdentityOutput().accountId;
      new aws.sns.Topic("t", { name: pulumi.interpolate`of-${account}` });
    };
    const recording = await record(declare, { accountId: "999999999999" });
    expect(recording.only(TOPIC).state).toEqual({
      name: "of-999999999999",
      arn: "arn:aws:sns:sa-east-1:999999999999:of-999999999999",
      id: "arn:aws:sns:sa-east-1:999999999999:of-999999999999",
    });
  });

  it("records the same declaration the same way twice", async () => {
    const declare = () => {
      new Part("p");
      new aws.kinesis.Stream("s", { name: "readings" });
    };
    const [first, second] = [await record(declare), await record(declare)];
    expect(second.all).toEqual(first.all);
  });

  it("names the functions of the provider that it cannot answer, when all is declared", async () => {
    const recording = record(() => {
      getRegionsOutput({});
      getRegionsOutput({});
      new aws.sns.Topic("t", { name: "t" });
    });
    await expect(recording).rejects.toThrow(
      "The program calls provider functions that have no answer here: aws:index/getRegions:getRegions",
    );
  });

  it("passes on what the program throws", async () => {
    const recording = record(() => {
      throw new pulumi.RunError("no");
    });
    await expect(recording).rejects.toThrow(new pulumi.RunError("no"));
  });
});

describe("Recording.only", () => {
  it("refuses where there is no such resource, or more than one", async () => {
    const recording = await record(() => {
      new aws.sns.Topic("a", { name: "a" });
      new aws.sns.Topic("b", { name: "b" });
    });
    expect(() => recording.only(STREAM)).toThrow(`There must be one resource of type "${STREAM}", there are 0`);
    expect(() => recording.only(TOPIC)).toThrow(`There must be one resource of type "${TOPIC}", there are 2`);
  });
});
