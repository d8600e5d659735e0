package io.github.iamhikari.localaws;

/**
 * Responses that no client can use. Those with a body quote the right one, with its secrets, to
 * find clients that log or report them.
 */
public enum Garbage implements HttpFault {
  /** A page, as of a proxy that asks for a login. */
  HTML {
    @Override
    public HttpResponse instead(HttpResponse right) {
      return new HttpResponse(200, "text/html", page(right));
    }
  },

  /** The right response, cut off in its last fifth. */
  TRUNCATED {
    @Override
    public HttpResponse instead(HttpResponse right) {
      return right.withBody(right.body().substring(0, right.body().length() * 4 / 5));
    }
  },

  /** Success without a body. */
  EMPTY {
    @Override
    public HttpResponse instead(HttpResponse right) {
      return right.withBody("");
    }
  },

  /** Status 500, with a page. */
  SERVER_ERROR {
    @Override
    public HttpResponse instead(HttpResponse right) {
      return new HttpResponse(500, "text/html", page(right));
    }
  },

  /** Status 404, with a page. */
  NOT_FOUND {
    @Override
    public HttpResponse instead(HttpResponse right) {
      return new HttpResponse(404, "text/html", page(right));
    }
  };

  private static String page(HttpResponse right) {
    return "<html>\n<body>\n<pre>" + right.body() + "</pre>\n</body>\n</html>\n";
  }
}
