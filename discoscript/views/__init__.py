"""What a person sees of a script: tables, trees and curves, each a function from values to text."""
