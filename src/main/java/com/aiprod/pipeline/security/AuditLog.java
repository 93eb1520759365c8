package com.aiprod.pipeline.security;

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Writes a line to the logger {@code aiprod.audit} for each request when it ends. The structured log has its fields:
 * user, operation, job, client address, status, duration in milliseconds, and request ID; a field without a value is
 * left out. The line contains no header, query or body. The address is that of the connection, or the client's own if
 * the web server trusts the proxy ({@code server.forward-headers-strategy}).
 */
class AuditLog extends OncePerRequestFilter {

    static final String LOGGER = "aiprod.audit";

    private static final Logger AUDIT = LoggerFactory.getLogger(LOGGER);
    private static final String USER = AuditLog.class.getName() + ".user";
    private static final int MAX_PATH_CHARACTERS = 300;
    private static final Pattern JOB = Pattern.compile("/(?:pipeline/job|admin/jobs)/([0-9a-fA-F-]{36})(/.*)?");

    /** Passes the user to the log. Runs in the chain of Spring Security, whose context ends with the chain. */
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

    /** The console's files are the same for everyone; what it does for a user are calls of the API. */
    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getRequestURI().startsWith("/console/");
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
                // After an exception, the container writes the response later.
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
            String shortPath = path.substring(0, Math.min(path.length(), MAX_PATH_CHARACTERS));
            Object user = request.getAttribute(USER);
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("at", start.truncatedTo(ChronoUnit.MILLIS).toString());
            fields.put("user", user);
            fields.put("method", request.getMethod());
            fields.put("route", request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE));
            fields.put("path", shortPath);
            fields.put("job_id", jobId(path, response.getHeader("Location")));
            fields.put("address", address);
            fields.put("status", status);
            fields.put("ms", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
            fields.put("request_id", response.getHeader("X-Request-Id"));
            LoggingEventBuilder line = AUDIT.atInfo();
            for (Map.Entry<String, Object> field : fields.entrySet()) {
                // Spring Boot fails to write a JSON line that has a field both here and in the log context.
                if (field.getValue() != null && MDC.get(field.getKey()) == null) {
                    line = line.addKeyValue(field.getKey(), field.getValue());
                }
            }
            line.log("{} {} {} by {}", request.getMethod(), shortPath, status, user == null ? "-" : user);
        }

        /** The job's ID from the path, or a new job's ID from the Location header. */
        private static String jobId(String path, String location) {
            String ofPath = jobId(path);
            return ofPath != null || location == null ? ofPath : jobId(location);
        }

        private static String jobId(String path) {
            Matcher job = JOB.matcher(path);
            return job.matches() ? job.group(1) : null;
        }

        @Override
        public void onComplete(AsyncEvent event) {
            write(response.getStatus());
        }

        /** A request that starts asynchronous processing again loses its listeners. */
        @Override
        public void onStartAsync(AsyncEvent event) {
            event.getAsyncContext().addListener(this);
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // onComplete follows.
        }

        @Override
        public void onError(AsyncEvent event) {
            // onComplete follows.
        }
    }
}
