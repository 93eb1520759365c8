package com.aiprod.pipeline.messaging;

import com.google.api.core.ApiFuture;
import com.google.api.core.ApiFutureCallback;
import com.google.api.core.ApiFutures;
import com.google.cloud.pubsub.v1.Publisher;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import java.util.concurrent.Executor;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.component.google.pubsub.GooglePubsubConstants;
import org.apache.camel.spi.HeaderFilterStrategy;
import org.apache.camel.support.DefaultAsyncProducer;

/**
 * Publishes the body of an exchange, a text or bytes, with the headers that the endpoint's filter passes as attributes,
 * and sets the header {@code CamelGooglePubsubMessageId}. The producer of the stock component (4.18.0) holds a thread
 * until Pub/Sub answers.
 *
 * <p>After a success, the exchange continues on a thread of Google's client, so the next steps must not block. After a
 * failure, it continues on another thread, because an error handler can sleep before it tries again.
 */
final class PubSubPublisher extends DefaultAsyncProducer {

    private final PipelinePubSubEndpoint endpoint;
    private final Executor afterFailure;

    PubSubPublisher(PipelinePubSubEndpoint endpoint, Executor afterFailure) {
        super(endpoint);
        this.endpoint = endpoint;
        this.afterFailure = afterFailure;
    }

    @Override
    public boolean process(Exchange exchange, AsyncCallback callback) {
        ApiFuture<String> published;
        try {
            published = publisher().publish(message(exchange));
        } catch (RuntimeException e) {
            exchange.setException(e);
            callback.done(true);
            return true;
        }
        ApiFutures.addCallback(published, new Answer(exchange, callback), MoreExecutors.directExecutor());
        return false;
    }

    private Publisher publisher() {
        String topic = "projects/%s/topics/%s".formatted(endpoint.getProjectId(), endpoint.getDestinationName());
        return endpoint.getComponent().getPublisher(topic, endpoint);
    }

    private PubsubMessage message(Exchange exchange) {
        Message in = exchange.getIn();
        Object body = in.getBody();
        PubsubMessage.Builder message = PubsubMessage.newBuilder()
                .setData(
                        body instanceof String text
                                ? ByteString.copyFromUtf8(text)
                                : ByteString.copyFrom(in.getBody(byte[].class)));
        HeaderFilterStrategy filter = endpoint.getHeaderFilterStrategy();
        in.getHeaders().forEach((name, value) -> {
            String text = in.getHeader(name, String.class);
            if (!filter.applyFilterToCamelHeaders(name, text, exchange)) {
                message.putAttributes(name, text);
            }
        });
        return message.build();
    }

    private final class Answer implements ApiFutureCallback<String> {

        private final Exchange exchange;
        private final AsyncCallback callback;

        Answer(Exchange exchange, AsyncCallback callback) {
            this.exchange = exchange;
            this.callback = callback;
        }

        @Override
        public void onSuccess(String messageId) {
            exchange.getIn().setHeader(GooglePubsubConstants.MESSAGE_ID, messageId);
            callback.done(false);
        }

        @Override
        public void onFailure(Throwable failure) {
            exchange.setException(failure);
            afterFailure.execute(() -> callback.done(false));
        }
    }
}
