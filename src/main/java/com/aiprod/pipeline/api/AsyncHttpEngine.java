package com.aiprod.pipeline.api;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpBinding;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpConsumer;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpEngine;
import org.apache.camel.http.base.HttpHelper;
import org.apache.camel.http.common.HttpBinding;
import org.springframework.web.bind.annotation.ResponseBody;

/**
 * Serves platform-http as Camel's engine for Spring Boot 4.18.0 does, but for one thing: that one keeps a thread for
 * each request until its route has ended. Here a route that waits gives its thread back.
 */
final class AsyncHttpEngine extends SpringBootPlatformHttpEngine {

    private final Executor executor;

    /** @param executor on whose threads routes begin */
    AsyncHttpEngine(int port, Executor executor) {
        super(port, executor);
        this.executor = executor;
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        return new Consumer(endpoint, processor, executor);
    }

    /** Public, since Spring MVC calls it. */
    public static final class Consumer extends SpringBootPlatformHttpConsumer {

        private final HttpBinding binding = new SpringBootPlatformHttpBinding();
        private final Executor executor;

        Consumer(PlatformHttpEndpoint endpoint, Processor processor, Executor executor) {
            super(endpoint, processor, executor);
            this.executor = executor;
            binding.setHeaderFilterStrategy(endpoint.getHeaderFilterStrategy());
            binding.setUseReaderForPayload(!endpoint.isUseStreaming());
        }

        @Override
        @ResponseBody
        public CompletableFuture<Void> service(HttpServletRequest request, HttpServletResponse response) {
            CompletableFuture<Void> answered = new CompletableFuture<>();
            executor.execute(() -> {
                try {
                    begin(request, response, answered);
                } catch (Exception e) {
                    answered.completeExceptionally(e);
                }
            });
            return answered;
        }

        private void begin(HttpServletRequest request, HttpServletResponse response, CompletableFuture<Void> answered)
                throws Exception {
            if (isSuspended()) {
                throw new RejectedExecutionException("The route is suspended");
            }
            Exchange exchange = createExchange(true);
            exchange.setPattern(ExchangePattern.InOut);
            HttpHelper.setCharsetFromContentType(request.getContentType(), exchange);
            PlatformHttpMessage message = new PlatformHttpMessage(request, response, exchange, binding, false);
            message.init(exchange, binding, request, response);
            createUoW(exchange);
            getAsyncProcessor().process(exchange, doneSync -> {
                try {
                    afterProcess(response, exchange);
                    answered.complete(null);
                } catch (Exception e) {
                    answered.completeExceptionally(e);
                }
            });
        }
    }
}
