import { PublishCommand, type SNSClient } from "@aws-sdk/client-sns";
import type { Publisher } from "./deliver";
import type { FeedMessage } from "./feed-message";
import type { MailText } from "./mail-text";

/** The two topics: people's mails, and the same as JSON for machines. */
export class SnsPublisher implements Publisher {
  readonly #client: SNSClient;
  readonly #mailTopic: string;
  readonly #feedTopic: string;

  constructor(client: SNSClient, mailTopic: string, feedTopic: string) {
    this.#client = client;
    this.#mailTopic = mailTopic;
    this.#feedTopic = feedTopic;
  }

  async mail({ subject, body }: MailText): Promise<void> {
    await this.#client.send(new PublishCommand({ TopicArn: this.#mailTopic, Subject: subject, Message: body }));
  }

  async feed(message: FeedMessage): Promise<void> {
    const attribute = (StringValue: string) => ({ DataType: "String", StringValue });
    await this.#client.send(
      new PublishCommand({
        TopicArn: this.#feedTopic,
        Message: JSON.stringify(message),
        // What a subscription can filter by.
        MessageAttributes: {
          event: attribute(message.event),
          priority: attribute(message.priority),
          told: attribute(String(message.told)),
        },
      }),
    );
  }
}
