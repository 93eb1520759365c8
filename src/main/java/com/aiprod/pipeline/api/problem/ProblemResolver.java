package com.aiprod.pipeline.api.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/** Renders failures in Spring MVC and Spring Security as problems, regardless of the request's {@code Accept}. */
class ProblemResolver implements HandlerExceptionResolver {

    @Override
    public ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, Object handler, Exception failure) {
        if (!response.isCommitted()) {
            try {
                Problems.answerTo(failure, request).writeTo(response);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new ModelAndView();
    }
}
