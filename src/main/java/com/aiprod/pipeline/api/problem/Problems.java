package com.aiprod.pipeline.api.problem;

import com.aiprod.pipeline.api.http.RequestIdFilter;
import com.aiprod.pipeline.sql.SqlState;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.web.ErrorResponse;

/** Maps each failure to its response, for routes, Spring MVC, Spring Security and the servlet container. */
public final class Problems {

    private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
    private static final int UNAVAILABLE_RETRY_AFTER_SEC = 5;

    private Problems() {}

    /**
     * A response that carries a problem.
     *
     * @param headers the headers that belong to the problem, such as {@code Allow} and {@code Retry-After}
     */
    public record Answer(Problem problem, HttpHeaders headers) {

        public void writeTo(HttpServletResponse response) throws IOException {
            headers.forEach((name, values) -> response.setHeader(name, String.join(", ", values)));
            byte[] body = problem.toJson().getBytes(StandardCharsets.UTF_8);
            response.setStatus(problem.status());
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
        }
    }

    /** The response to a failed request. Logs failures of the service, but not mistakes of the caller. */
    public static Answer answerTo(Throwable failure, String instance, String requestId) {
        Throwable known = chain(failure).filter(Problems::isKnown).findFirst().orElse(failure);
        HttpHeaders headers = new HttpHeaders();
        headers.setCacheControl(CacheControl.noStore());
        if (known instanceof ProblemException expected) {
            if (expected.retryAfterSec() != null) {
                headers.set(HttpHeaders.RETRY_AFTER, expected.retryAfterSec().toString());
            }
            return new Answer(
                    Problem.of(expected.type(), expected.getMessage(), instance, requestId, expected.errors()),
                    headers);
        }
        if (known instanceof AccessDeniedException) {
            return answer(
                    ProblemType.FORBIDDEN, "The token does not allow this operation.", instance, requestId, headers);
        }
        if (known instanceof AuthenticationException && !(known instanceof AuthenticationServiceException)) {
            return answer(
                    ProblemType.UNAUTHENTICATED,
                    "Send 'Authorization: Bearer <token>' with a token that is valid for this service.",
                    instance,
                    requestId,
                    headers);
        }
        if (known instanceof RequestRejectedException) {
            return answer(
                    ProblemType.INVALID_REQUEST,
                    "The method, the path or a header has a form that is not allowed.",
                    instance,
                    requestId,
                    headers);
        }
        if (known instanceof ErrorResponse spring) {
            headers.putAll(spring.getHeaders());
            if (!headers.getAllow().isEmpty()) {
                headers.set(HttpHeaders.ALLOW, allowed(headers.getAllow()));
            }
            int status = spring.getStatusCode().value();
            return new Answer(Problem.ofStatus(status, detail(status, headers), instance, requestId), headers);
        }
        if (isKnown(known)) {
            // IssuerKeys already logs that it cannot fetch keys, and anybody can cause this failure at will.
            LOG.atLevel(known instanceof AuthenticationServiceException ? Level.DEBUG : Level.WARN)
                    .log("Request {} failed because a dependency is unavailable: {}", requestId, known.toString());
            headers.set(HttpHeaders.RETRY_AFTER, String.valueOf(UNAVAILABLE_RETRY_AFTER_SEC));
            return answer(ProblemType.UNAVAILABLE, "Try again later.", instance, requestId, headers);
        }
        LOG.error("Request {} failed", requestId, failure);
        return answer(ProblemType.INTERNAL_ERROR, "Report the request_id to support.", instance, requestId, headers);
    }

    /** As {@link #answerTo(Throwable, String, String)}, with the path and the ID of a request. */
    public static Answer answerTo(Throwable failure, HttpServletRequest request) {
        return answerTo(failure, request.getRequestURI(), RequestIdFilter.idOf(request));
    }

    /** Adds HEAD, which every path with GET has, and OPTIONS, which every path has. */
    private static String allowed(Set<HttpMethod> declared) {
        Set<String> methods = new LinkedHashSet<>();
        for (HttpMethod method : declared) {
            methods.add(method.name());
            if (method.equals(HttpMethod.GET)) {
                methods.add(HttpMethod.HEAD.name());
            }
        }
        methods.add(HttpMethod.OPTIONS.name());
        return String.join(", ", methods);
    }

    /** The detail for a status without an exception of its own; null if there is nothing to add. */
    static String detail(int status, HttpHeaders headers) {
        return switch (status) {
            case 404 -> "This path does not exist.";
            case 405 -> "This path allows " + String.join(", ", headers.getOrEmpty(HttpHeaders.ALLOW)) + ".";
            case 406 -> "This path returns " + String.join(", ", headers.getOrEmpty(HttpHeaders.ACCEPT)) + ".";
            case 415 -> "The body must be application/json in UTF-8.";
            case 416 -> "The file has none of the requested bytes; Content-Range has its size.";
            case 503 -> "Try again later.";
            default -> null;
        };
    }

    private static Answer answer(
            ProblemType type, String detail, String instance, String requestId, HttpHeaders headers) {
        return new Answer(Problem.of(type, detail, instance, requestId, List.of()), headers);
    }

    private static Stream<Throwable> chain(Throwable failure) {
        // A cause chain can be circular; a real one is never this deep.
        return Stream.iterate(failure, t -> t != null, Throwable::getCause).limit(50);
    }

    private static boolean isKnown(Throwable failure) {
        return failure instanceof ProblemException
                || failure instanceof AccessDeniedException
                || failure instanceof AuthenticationException
                || failure instanceof RequestRejectedException
                || failure instanceof ErrorResponse
                || failure instanceof RejectedExecutionException
                || isDatabaseUnavailable(failure);
    }

    /** Whether PostgreSQL is temporarily unavailable. Hikari's timeout is a transient connection exception. */
    private static boolean isDatabaseUnavailable(Throwable failure) {
        return failure instanceof SQLTransientConnectionException
                || failure instanceof SQLNonTransientConnectionException
                || (failure instanceof SQLException sql && SqlState.mayPass(sql));
    }
}
