package com.aiprod.pipeline.api.http;

import jakarta.servlet.ServletException;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does not wait for the rest of a rejected body. Tomcat reads on, to spare an honest sender a connection reset, as long
 * as bytes arrive within its timeout; so a sender without a token could hold a thread for days with an occasional byte.
 * This valve sends the response, leaves the client a moment to read it, and closes the connection.
 */
class UnreadBodyValve extends ValveBase {

    private static final Logger LOG = LoggerFactory.getLogger(UnreadBodyValve.class);
    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final int MAX_BYTES = 4 * RequestFilter.MAX_BODY_BYTES;

    UnreadBodyValve() {
        super(true);
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        getNext().invoke(request, response);
        // The request filter has read all of an asynchronous request.
        if (request.isAsync() || isWhole(request)) {
            return;
        }
        // Flushes, but does not finish the response, which would also stop the reading.
        response.flushBuffer();
        try {
            drain(request.getInputStream());
        } catch (IOException e) {
            LOG.debug("A rejected body ended early", e);
        }
        if (!isWhole(request)) {
            response.finishResponse();
            request.getCoyoteRequest().action(ActionCode.CLOSE_NOW, null);
        }
    }

    private static boolean isWhole(Request request) {
        AtomicBoolean whole = new AtomicBoolean();
        request.getCoyoteRequest().action(ActionCode.REQUEST_BODY_FULLY_READ, whole);
        return whole.get();
    }

    private static void drain(InputStream body) throws IOException {
        long start = System.nanoTime();
        byte[] buffer = new byte[8192];
        int read = 0;
        for (int n = 0; n >= 0 && read < MAX_BYTES && System.nanoTime() - start < GRACE.toNanos(); read += n) {
            n = body.read(buffer);
        }
    }
}
