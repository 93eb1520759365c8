package com.aiprod.pipeline.security;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Writes a line of JSON to the logger {@code aiprod.audit} for each call when it has ended: who, what, which job, from
 * where, with what answer, in how many milliseconds, under which request id. No header, query or body is in it. The
 * address is that of the connection, or the client's own where the web server believes the proxy between
 * ({@code server.forward-headers-strategy}).
 */
class AuditLog extends OncePerRequestFilter {

    static final String LOGGER = "aiprod.audit";

    private static final Logger AUDIT = LoggerFactory.getLogger(LOGGER);
    private static final JsonMapper JSON = new JsonMapper();
    private static final String USER = AuditLog.class.getName() + ".user";
    private static final int MAX_PATH_CHARACTERS = 300;
    private static final Pattern JOB = Pattern.compile("/pipeline/job/([0-9a-fA-F-]{36})(/.*)?");

    /** Tells the log who is calling, once that is known; in the chain of Spring Security, whose context ends with it. */
    static class Caller extends OncePerRequestFilter {

        @Override
        protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws ServletException, IOException {
            if (SecurityContextHolder.getContext().getAuthentication() instanceof JwtAuthenticationToken token) {
                request.setAttribute(USER, token.getName());
            }
            chain.doFilter(request, response);
        }
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Call call = new Call(request, response, request.getRemoteAddr(), Instant.now(), System.nanoTime());
        boolean answered = false;
        try {
            chain.doFilter(request, response);
            answered = true;
        } finally {
            if (request.isAsyncStarted()) {
                request.getAsyncContext().addListener(call);
            } else {
                // The container makes the answer when this has thrown.
                call.write(answered || response.isCommitted() ? response.getStatus() : 500);
            }
        }
    }

    private record Call(
            HttpServletRequest request, HttpServletResponse response, String address, Instant start, long startNanos)
            implements AsyncListener {

        void write(int status) {
            if (!AUDIT.isInfoEnabled()) {
                return;
            }
            String path = request.getRequestURI();
            Map<String, Object> line = new LinkedHashMap<>();
            line.put("at", start.truncatedTo(ChronoUnit.MILLIS).toString());
            line.put("user", request.getAttribute(USER));
            line.put("method", request.getMethod());
            line.put("route", request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE));
            line.put("path", path.substring(0, Math.min(path.length(), MAX_PATH_CHARACTERS)));
            line.put("job_id", jobId(path, response.getHeader("Location")));
            line.put("address", address);
            line.put("status", status);
            line.put("ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
            line.put("request_id", response.getHeader("X-Request-Id"));
            try {
                AUDIT.info(JSON.writeValueAsString(line));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("Strings and numbers could not be written as JSON", e);
            }
        }

        /** From the path, or of a new job from where it was said to be. */
        private static String jobId(String path, String location) {
            return Stream.of(path, location == null ? "" : location)
                    .map(JOB::matcher)
                    .filter(Matcher::matches)
                    .map(matcher -> matcher.group(1))
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public void onComplete(AsyncEvent event) {
            write(response.getStatus());
        }

        /** What goes on asynchronously a second time forgets who listened. */
        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // Completed by what answers a time-out.
        }

        @Override
        public void onError(AsyncEvent event) {
            // Completed by what answers an error.
        }
    }
}
