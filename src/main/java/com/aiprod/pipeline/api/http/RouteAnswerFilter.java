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
 * Sends what a route has only decided on, once the route has ended: what takes long to send then holds none of Camel's
 * threads.
 *
 * @param <A> what a route leaves with the request
 */
public abstract class RouteAnswerFilter<A> extends OncePerRequestFilter {

    private final Class<A> kind;

    public RouteAnswerFilter(Class<A> kind) {
        this.kind = kind;
    }

    /** Registers a sender behind the routes, for answers of a first dispatch and of one that had to wait. */
    public static <F extends RouteAnswerFilter<?>> FilterRegistrationBean<F> afterTheRoute(F sender) {
        FilterRegistrationBean<F> filter = new FilterRegistrationBean<>(sender);
        filter.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ASYNC);
        filter.setOrder(SecurityProperties.DEFAULT_FILTER_ORDER + 20);
        return filter;
    }

    /** Says what is the answer to a request. */
    public static void leave(ServletRequest request, Object answer) {
        request.setAttribute(answer.getClass().getName(), answer);
    }

    /** Writes the answer. */
    protected abstract void send(A answer, HttpServletRequest request, HttpServletResponse response)
            throws ServletException, IOException;

    /** A route that had to wait answers in the asynchronous dispatch. */
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
