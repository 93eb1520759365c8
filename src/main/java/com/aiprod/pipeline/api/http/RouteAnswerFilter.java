package com.aiprod.pipeline.api.http;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.boot.autoconfigure.security.SecurityProperties;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Sends a response that a route has only chosen, after the route has ended, so that a slow response does not hold a
 * Camel thread.
 *
 * @param <A> what a route leaves in the request
 */
public abstract class RouteAnswerFilter<A> extends OncePerRequestFilter {

    private final Class<A> kind;

    /** @param kind what a route leaves with the request */
    public RouteAnswerFilter(Class<A> kind) {
        this.kind = kind;
    }

    /** Registers a sender that runs after the routes, on the first dispatch and on the dispatch after a wait. */
    public static <F extends RouteAnswerFilter<?>> FilterRegistrationBean<F> afterTheRoute(F sender) {
        FilterRegistrationBean<F> filter = new FilterRegistrationBean<>(sender);
        filter.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
        filter.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER + 20);
        return filter;
    }

    /** Leaves the answer in the request, for the filter of its type to send. */
    public static void leave(ServletRequest request, Object answer) {
        request.setAttribute(answer.getClass().getName(), answer);
    }

    /** Writes the response. */
    protected abstract void send(A answer, HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException;

    /** A route that waited responds in the asynchronous dispatch. */
    @Override
    protected final boolean shouldNotFilterAsyncDispatch() {
        return false;
    }

    @Override
    protected final void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        chain.doFilter(request, response);
        if (request.isAsyncStarted()) {
            return;
        }
        A answer = kind.cast(request.getAttribute(kind.getName()));
        if (answer != null && !response.isCommitted()) {
            request.removeAttribute(kind.getName());
            send(answer, request, response);
        }
    }
}
