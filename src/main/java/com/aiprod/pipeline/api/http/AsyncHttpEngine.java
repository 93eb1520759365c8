package com.aiprod.pipeline.api.http;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePattern;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.springboot.PlatformHttpMessage;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpBinding;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpConsumer;
import org.apache.camel.component.platform.http.springboot.SpringBootPlatformHttpEngine;
import org.apache.camel.converter.stream.ReaderCache;
import org.apache.camel.http.base.HttpHelper;
import org.apache.camel.http.common.HttpBinding;
import org.apache.camel.util.ObjectHelper;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.ResponseBody;

/**
 * Serves platform-http like Camel's engine for Spring Boot 4.18.0, with two differences. A request stays on its thread
 * instead of moving to another thread and back. A route that waits releases its thread instead of holding it until the
 * route ends.
 */
final class AsyncHttpEngine extends SpringBootPlatformHttpEngine {

    AsyncHttpEngine(int port) {
        super(port, Runnable::run);
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        return new Consumer(endpoint, processor);
    }

    /** Public because Spring MVC calls it. */
    public static final class Consumer extends SpringBootPlatformHttpConsumer {

        private final HttpBinding binding = new Binding();

        Consumer(PlatformHttpEndpoint endpoint, Processor processor) {
            super(endpoint, processor, Runnable::run);
            binding.setHeaderFilterStrategy(endpoint.getHeaderFilterStrategy());
            binding.setMuteException(endpoint.isMuteException());
            binding.setUseReaderForPayload(!endpoint.isUseStreaming());
        }

        /** Returns null, which Spring MVC treats as complete, if the route has ended without waiting. */
        @Override
        @ResponseBody
        public CompletableFuture<Void> service(HttpServletRequest request, HttpServletResponse response) {
            CompletableFuture<Void> answered = new CompletableFuture<>();
            try {
                begin(request, response, answered);
            } catch (Exception e) {
                answered.completeExceptionally(e);
            }
            return answered.isDone() && !answered.isCompletedExceptionally() ? null : answered;
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
            // The media type of the request is checked by now, and would become that of the answer.
            message.removeHeader(Exchange.CONTENT_TYPE);
            Caller.identify(exchange, request);
            createUoW(exchange);
            getAsyncProcessor().process(exchange, doneSync -> {
                try {
                    setDefaultHeaders(exchange.getMessage());
                    afterProcess(response, exchange);
                    answered.complete(null);
                } catch (Exception e) {
                    answered.completeExceptionally(e);
                }
            });
        }

        /** Does the same as Camel's, whose binding cannot be replaced. */
        @Override
        protected void afterProcess(HttpServletResponse response, Exchange exchange) throws IOException {
            boolean written = false;
            try {
                binding.writeResponse(exchange, response);
                written = true;
            } catch (Exception e) {
                getExceptionHandler().handleException("Cannot write the response", exchange, e);
            } finally {
                doneUoW(exchange);
                releaseExchange(exchange, false);
            }
            if (!written && !response.isCommitted()) {
                response.sendError(HttpServletResponse.SC_INTERNAL_SERVER_ERROR);
            }
        }

        /** Responses are JSON and not cacheable unless their route says otherwise. */
        private static void setDefaultHeaders(Message answer) {
            if (answer.getHeader(Exchange.CONTENT_TYPE) == null && !ObjectHelper.isEmpty(answer.getBody())) {
                answer.setHeader(Exchange.CONTENT_TYPE, MediaType.APPLICATION_JSON_VALUE);
            }
            if (answer.getHeader(HttpHeaders.CACHE_CONTROL) == null) {
                answer.setHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            }
        }
    }

    /**
     * Reads and writes text in one piece. Camel's own reads it through buffers of 24 KiB, and writes it in chunks, which
     * takes the socket two writes.
     */
    private static final class Binding extends SpringBootPlatformHttpBinding {

        @Override
        public Object parseBody(HttpServletRequest request, Message message) throws IOException {
            return isUseReaderForPayload() && request.getContentLength() > 0
                    // What Camel would make of a reader; it searches all its converters for one of a string to a cache.
                    ? new ReaderCache(new String(request.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    : super.parseBody(request, message);
        }

        @Override
        protected void doWriteDirectResponse(Message answer, HttpServletResponse response, Exchange exchange)
                throws IOException {
            if (answer.getBody() instanceof String text) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                response.setContentLength(bytes.length);
                response.getOutputStream().write(bytes);
            } else {
                super.doWriteDirectResponse(answer, response, exchange);
            }
        }
    }
}
