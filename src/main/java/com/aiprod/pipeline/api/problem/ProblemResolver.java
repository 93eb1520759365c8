package com.aiprod.pipeline.api.problem;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/** Answers Spring MVC's and Spring Security's failures with problems, whatever the request says it accepts. */
public class ProblemResolver implements HandlerExceptionResolver {

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
