package com.aiprod.pipeline.api.http;

import com.aiprod.pipeline.api.problem.InvalidRequestException;
import com.aiprod.pipeline.api.problem.ProblemException;
import com.aiprod.pipeline.api.problem.ProblemType;
import com.aiprod.pipeline.api.problem.Problems;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Runs after Spring Security and before Camel, which would turn every request header and parameter into a message
 * header. Lets through only what the API contract names, and a body only if it is JSON in UTF-8 of at most 256 KiB. The
 * filter reads the body, so that a slow sender holds one of the servlet container's many threads, but none of Camel's
 * few.
 */
public class RequestFilter extends OncePerRequestFilter {

    /** Attribute: why the request was rejected. If its body ended early, the container also calls the error page. */
    public static final String REFUSAL = RequestFilter.class.getName() + ".refusal";

    static final int MAX_BODY_BYTES = 256 * 1024;

    private static final int FIRST_BUFFER = 8192;

    private static final Set<String> METHODS_WITHOUT_BODY = Set.of("GET", "HEAD", "OPTIONS", "TRACE");

    private final ApplicationAvailability availability;
    private final Duration bodyTimeout;

    /** @param bodyTimeout how long a body may take to arrive, regardless of its size */
    RequestFilter(ApplicationAvailability availability, Duration bodyTimeout) {
        this.availability = availability;
        this.bodyTimeout = bodyTimeout;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        // The web server listens before the routes start. Until then, a request would get 404 instead of 503.
        if (availability.getReadinessState() != ReadinessState.ACCEPTING_TRAFFIC) {
            Problems.answerTo(new RejectedExecutionException("The application is starting or stopping"), request)
                    .writeTo(response);
            return;
        }
        FilteredRequest filtered;
        try {
            filtered = new FilteredRequest(request, body(request));
        } catch (ProblemException e) {
            request.setAttribute(REFUSAL, e);
            Problems.answerTo(e, request).writeTo(response);
            return;
        }
        chain.doFilter(filtered, response);
    }

    private byte[] body(HttpServletRequest request) throws IOException {
        if (METHODS_WITHOUT_BODY.contains(request.getMethod())) {
            if (request.getContentLengthLong() > 0 || request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null) {
                throw new InvalidRequestException(request.getMethod() + " does not accept a body.");
            }
            return new byte[0];
        }
        if (request.getContentLengthLong() > MAX_BODY_BYTES) {
            throw tooLarge();
        }
        byte[] body = read(request.getInputStream(), request.getContentLengthLong());
        if (body.length > 0) {
            requireJson(request);
            requireUtf8(body);
        }
        return body;
    }

    /** The container's own timeout restarts with every byte. A body of known length is read without a copy. */
    private byte[] read(InputStream body, long contentLength) throws IOException {
        long start = System.nanoTime();
        byte[] read = new byte[contentLength > 0 ? (int) contentLength : FIRST_BUFFER];
        int size = 0;
        try {
            for (int n = body.read(read); n >= 0; n = body.read(read, size, read.length - size)) {
                size += n;
                if (System.nanoTime() - start > bodyTimeout.toNanos()) {
                    throw tooSlow();
                }
                if (size == read.length) {
                    int next = body.read();
                    if (next < 0) {
                        return read;
                    }
                    if (size == MAX_BODY_BYTES) {
                        throw tooLarge();
                    }
                    read = Arrays.copyOf(read, Math.min(2 * size, MAX_BODY_BYTES));
                    read[size++] = (byte) next;
                }
            }
        } catch (IOException e) {
            // Tomcat wraps the timeout.
            throw e.getCause() instanceof SocketTimeoutException
                    ? new ProblemException(
                            ProblemType.REQUEST_TIMEOUT, "The body stopped arriving. Send it without long pauses.")
                    : new InvalidRequestException("The body does not match its Content-Length or encoding.");
        }
        return Arrays.copyOf(read, size);
    }

    private ProblemException tooSlow() {
        return new ProblemException(
                ProblemType.REQUEST_TIMEOUT, "The body must arrive within " + bodyTimeout.toSeconds() + " s.");
    }

    private static ProblemException tooLarge() {
        return new ProblemException(
                ProblemType.PAYLOAD_TOO_LARGE, "The body must not be larger than " + MAX_BODY_BYTES + " bytes.");
    }

    private static void requireJson(HttpServletRequest request) {
        String coding = request.getHeader(HttpHeaders.CONTENT_ENCODING);
        if (coding != null && !"identity".equalsIgnoreCase(coding.strip())) {
            throw unsupported("The body must not have a Content-Encoding.");
        }
        String contentType = request.getContentType();
        if (MediaType.APPLICATION_JSON_VALUE.equals(contentType)) {
            return;
        }
        if (contentType == null) {
            throw unsupported("Send 'Content-Type: application/json'.");
        }
        try {
            MediaType type = MediaType.parseMediaType(contentType);
            if (MediaType.APPLICATION_JSON.equalsTypeAndSubtype(type)
                    && (type.getCharset() == null || StandardCharsets.UTF_8.equals(type.getCharset()))) {
                return;
            }
        } catch (InvalidMediaTypeException e) {
            // Rejected below like every type that is not JSON.
        }
        throw unsupported("The body must be application/json in UTF-8.");
    }

    private static ProblemException unsupported(String detail) {
        return new ProblemException(ProblemType.UNSUPPORTED_MEDIA_TYPE, detail);
    }

    private static void requireUtf8(byte[] body) {
        if (isAscii(body)) {
            return;
        }
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
        } catch (CharacterCodingException e) {
            throw new InvalidRequestException("The body is not valid UTF-8.");
        }
    }

    private static boolean isAscii(byte[] body) {
        for (byte b : body) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }
}
